// The same server with Go's net/http.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

type greeting struct {
	Message string `json:"message"`
}

func text(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write([]byte(body))
}

func main() {
	asks := make(chan chan int)
	go func() {
		for count := 1; ; count++ {
			(<-asks) <- count
		}
	}()
	large := strings.Repeat("0123456789", 10000)
	http.HandleFunc("/plaintext", func(w http.ResponseWriter, r *http.Request) {
		text(w, "Hello, World!")
	})
	http.HandleFunc("/json", func(w http.ResponseWriter, r *http.Request) {
		body, _ := json.Marshal(greeting{"Hello, World!"})
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	})
	http.HandleFunc("/counter", func(w http.ResponseWriter, r *http.Request) {
		answer := make(chan int, 1)
		asks <- answer
		text(w, fmt.Sprintf("Count is: %d", <-answer))
	})
	http.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		text(w, large)
	})
	http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil)
}
