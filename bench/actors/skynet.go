// A tree of goroutines with ten children each and a million leaves, which give their numbers to be added up.
package main

import (
	"fmt"
	"time"
)

func node(number, size int, parent chan int) {
	if size == 1 {
		parent <- number
		return
	}
	own := make(chan int, 10)
	for n := 0; n < 10; n++ {
		go node(number+n*(size/10), size/10, own)
	}
	total := 0
	for n := 0; n < 10; n++ {
		total += <-own
	}
	parent <- total
}

func main() {
	start := time.Now()
	own := make(chan int)
	go node(0, 1000000, own)
	fmt.Println(<-own)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), 1111111)
}
