// Binary trees of many depths that come and go beside one of depth 16 that stays, in each of eight goroutines.
package main

import (
	"fmt"
	"time"
)

type tree struct{ a, b *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func count(t *tree) int {
	if t == nil {
		return 0
	}
	return 1 + count(t.a) + count(t.b)
}

func all(most int) int {
	total := 0
	for depth := 4; depth <= most; depth += 2 {
		for n := 0; n < 1<<(most-depth+4); n++ {
			total += count(grow(depth))
		}
	}
	return total
}

func main() {
	start := time.Now()
	done := make(chan int)
	for n := 0; n < 8; n++ {
		go func() {
			depth := 16
			stays := grow(depth)
			done <- count(grow(depth+1)) + all(depth) + count(stays)
		}()
	}
	total := 0
	for n := 0; n < 8; n++ {
		total += <-done
	}
	fmt.Println(total)
	fmt.Printf("elapsed %d ns for 1\n", time.Since(start).Nanoseconds())
}
