// A million timers that are set, a thousand at a time, and cancelled.
package main

import (
	"fmt"
	"time"
)

func main() {
	const count = 1000000
	start := time.Now()
	to := make(chan int, 1)
	timers := make([]*time.Timer, 1000)
	total := 0
	for round := 0; round < count/1000; round++ {
		for n := range timers {
			n := n
			timers[n] = time.AfterFunc(time.Duration(60000+n)*time.Millisecond, func() { to <- n })
		}
		for _, timer := range timers {
			if timer.Stop() {
				total++
			}
		}
	}
	fmt.Println(total)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), count)
}
