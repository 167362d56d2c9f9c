package main

import (
	"os"
	"os/exec"
	"sync"
)

// children are the processes that the host has started and that still run.
type children struct {
	mutex   sync.Mutex
	running map[*os.Process]bool
}

// run starts a command and waits for its end.
func (c *children) run(command *exec.Cmd) error {
	if err := command.Start(); err != nil {
		return err
	}
	c.mutex.Lock()
	if c.running == nil {
		c.running = map[*os.Process]bool{}
	}
	c.running[command.Process] = true
	c.mutex.Unlock()
	err := command.Wait()
	c.mutex.Lock()
	delete(c.running, command.Process)
	c.mutex.Unlock()
	return err
}

// signal sends a signal to all of them; one that has just ended does not matter.
func (c *children) signal(signal os.Signal) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for process := range c.running {
		_ = process.Signal(signal)
	}
}
