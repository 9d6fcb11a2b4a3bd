// A million calls to a goroutine that counts.
package main

import (
	"fmt"
	"time"
)

type request struct {
	n     int
	reply chan int
}

func counter(requests chan request) {
	count := 0
	for r := range requests {
		count += r.n
		r.reply <- count
	}
}

func main() {
	const count = 1000000
	start := time.Now()
	requests := make(chan request)
	go counter(requests)
	reply := make(chan int, 1)
	last := 0
	for n := 0; n < count; n++ {
		requests <- request{1, reply}
		last = <-reply
	}
	fmt.Println(last)
	fmt.Printf("elapsed %d ns for %d\n", time.Since(start).Nanoseconds(), count)
}
