// Builds a text of a million lines, a hundred at a time.
package main

import (
	"fmt"
	"strings"
	"time"
)

func main() {
	start := time.Now()
	size := 0
	for page := 0; page < 10000; page++ {
		var builder strings.Builder
		for n := page * 100; n < page*100+100; n++ {
			fmt.Fprintf(&builder, "line %d of many, %d\n", n, n*7%1000)
		}
		size += len(builder.String())
	}
	fmt.Println(size)
	fmt.Printf("elapsed %d ns for 1000000\n", time.Since(start).Nanoseconds())
}
