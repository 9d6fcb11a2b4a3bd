// Fifty thousand lists of one to sixty-four numbers, now and then of two thousand, two million of which are replaced at
// random.
package main

import (
	"fmt"
	"time"
)

func next(seed int) int { return (seed*1103515245 + 12345) % 2147483648 }

func list(n int) []int {
	low := n / 65536
	length := low%64 + 1
	if low%1024 == 0 {
		length = 2000
	}
	all := make([]int, length)
	for at := range all {
		all[at] = at
	}
	return all
}

func main() {
	start := time.Now()
	all := map[int][]int{}
	seed := 1
	for at := 0; at < 50000; at++ {
		seed = next(seed)
		all[at] = list(seed)
	}
	for n := 0; n < 2000000; n++ {
		at := next(seed)
		seed = next(at)
		all[at/16%50000] = list(seed)
	}
	numbers := 0
	for _, list := range all {
		numbers += len(list)
	}
	fmt.Println(numbers)
	fmt.Printf("elapsed %d ns for 2000000\n", time.Since(start).Nanoseconds())
}
