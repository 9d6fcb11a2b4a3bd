// A hundred pairs of goroutines that each send a number back and forth, two million hops in all.
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
	done := make(chan int, 200)
	for n := 0; n < 100; n++ {
		a, b := make(chan ball, 1), make(chan ball, 1)
		go player(a, done)
		go player(b, done)
		a <- ball{20000, b}
	}
	total := 0
	for n := 0; n < 200; n++ {
		total += <-done
	}
	fmt.Println(total)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), 2000000)
}
