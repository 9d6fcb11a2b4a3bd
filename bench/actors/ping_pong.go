// Two goroutines that send a number back and forth: two million hops.
package main

import (
	"fmt"
	"time"
)

type ball struct {
	n    int
	from chan ball
}

func player(own chan ball, done chan int) {
	hops := 0
	for {
		b := <-own
		if b.n < 0 {
			break
		}
		if b.n == 0 {
			b.from <- ball{-1, own}
			break
		}
		hops++
		b.from <- ball{b.n - 1, own}
	}
	done <- hops
}

func main() {
	start := time.Now()
	done := make(chan int, 2)
	a, b := make(chan ball, 1), make(chan ball, 1)
	go player(a, done)
	go player(b, done)
	a <- ball{2000000, b}
	fmt.Println(<-done + <-done)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), 2000000)
}
