package main

import "sync"

// streamWriter sends what is written to it over a gRPC stream, which takes one message at a time.
type streamWriter struct {
	mutex sync.Mutex
	send  func(text []byte) error
	outer *streamWriter
}

// as is a writer that sends in its own way, one at a time with the other writers of this one.
func (w *streamWriter) as(send func(text []byte) error) *streamWriter {
	return &streamWriter{send: send, outer: w}
}

func (w *streamWriter) Write(text []byte) (int, error) {
	mutex := &w.mutex
	if w.outer != nil {
		mutex = &w.outer.mutex
	}
	mutex.Lock()
	defer mutex.Unlock()
	if err := w.send(append([]byte(nil), text...)); err != nil {
		return 0, err
	}
	return len(text), nil
}
