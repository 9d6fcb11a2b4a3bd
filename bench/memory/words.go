// Counts the words of a text of two million, of twenty thousand kinds.
package main

import (
	"fmt"
	"strings"
	"time"
)

func main() {
	start := time.Now()
	parts := []string{}
	seed := 1
	for n := 0; n < 2000000; n++ {
		seed = (seed*1103515245 + 12345) % 2147483648
		parts = append(parts, fmt.Sprintf("word%d", seed/65536%20000))
	}
	text := strings.Join(parts, " ")
	counts := map[string]int{}
	most := 0
	for _, word := range strings.Split(text, " ") {
		counts[word]++
		if counts[word] > most {
			most = counts[word]
		}
	}
	fmt.Println(len(counts), most)
	fmt.Printf("elapsed %d ns for 2000000\n", time.Since(start).Nanoseconds())
}
