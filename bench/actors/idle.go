// A million goroutines that wait, all alive at once; then each answers a message and ends.
package main

import (
	"fmt"
	"time"
)

func idle(own, to chan int) { to <- <-own }

func main() {
	const count = 1000000
	start := time.Now()
	to := make(chan int, 1000)
	all := make([]chan int, count)
	for n := range all {
		all[n] = make(chan int, 1)
		go idle(all[n], to)
	}
	for _, own := range all {
		own <- 2
	}
	total := 0
	for range all {
		total += <-to
	}
	fmt.Println(total)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), count)
}
