// A ring of a thousand goroutines, and one token that goes around it: two million hops.
package main

import (
	"fmt"
	"time"
)

func member(own, next chan int, done chan int) {
	for n := range own {
		if n == 0 {
			done <- 1
		} else {
			next <- n - 1
		}
	}
}

func main() {
	start := time.Now()
	done := make(chan int, 1)
	last := make(chan int, 1)
	next := last
	for n := 0; n < 999; n++ {
		own := make(chan int, 1)
		go member(own, next, done)
		next = own
	}
	go member(last, next, done)
	for n := 0; n < 1; n++ {
		last <- 1999999
	}
	total := 0
	for n := 0; n < 1; n++ {
		total += <-done
	}
	fmt.Println(total)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), 2000000)
}
