// Sixteen goroutines that send a hundred thousand numbers each to one.
package main

import (
	"fmt"
	"time"
)

func sender(left int, to chan int) {
	for ; left > 0; left-- {
		to <- left
	}
}

func main() {
	start := time.Now()
	to := make(chan int, 4096)
	for n := 0; n < 16; n++ {
		go sender(100000, to)
	}
	total := 0
	for n := 0; n < 1600000; n++ {
		total += <-to
	}
	fmt.Println(total)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), 1600000)
}
