// A million goroutines in waves of a thousand, each of which sends its number back and ends.
package main

import (
	"fmt"
	"time"
)

func main() {
	start := time.Now()
	to := make(chan int, 1000)
	total := 0
	for wave := 0; wave < 1000; wave++ {
		for n := 1; n <= 1000; n++ {
			go func(n int) { to <- n }(n)
		}
		for n := 0; n < 1000; n++ {
			total += <-to
		}
	}
	fmt.Println(total)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), 1000000)
}
