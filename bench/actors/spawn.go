// A million goroutines, each of which starts the next one and ends.
package main

import (
	"fmt"
	"time"
)

func link(left int, to chan int) {
	if left == 0 {
		to <- left
	} else {
		go link(left-1, to)
	}
}

func main() {
	const count = 1000000
	start := time.Now()
	to := make(chan int)
	go link(count, to)
	fmt.Println(<-to + count)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), count)
}
