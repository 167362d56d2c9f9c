// A simulated vCenter server for tests: vcsim, the simulator of govmomi, as a program. govmomi's own program for it is not
// served as a Go module. What vcsim has no word of, changed block tracking, is added in change-tracking.go.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address and port")
	certificate := flag.String("certificate", "", "file of the certificate (PEM)")
	key := flag.String("key", "", "file of its key (PEM)")
	machines := flag.Int("machines", 2, "how many machines there are on each host and in each pool")
	flag.Parse()
	// The account is in the environment: every user sees the arguments of a process.
	account := url.UserPassword(os.Getenv("VCSIM_USER"), os.Getenv("VCSIM_PASSWORD"))

	model := simulator.VPX()
	model.Machine = *machines
	defer model.Remove()
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		log.Fatal(err)
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	model.Service.Listen = &url.URL{Host: *listen, User: account}
	trackChanges(model.Map())
	server := model.Service.NewServer()
	defer server.Close()
	fmt.Println(server.URL.Host)
	select {}
}
