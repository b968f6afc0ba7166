package vethlab

import (
	"net/http"
	"sync"
	"time"
)

// HTTPClient returns an HTTP client that connects from inside the node and resolves the
// names of nodes: "http://b:8080/". It uses no proxy. The clients of a node share their
// connections, and [Lab.Down] closes the idle ones.
func (n *Node) HTTPClient() *http.Client {
	keep := func() idler { return n.transport() }
	return &http.Client{Transport: n.lab.idle.forNode(n.name, keep).(*http.Transport)}
}

// transport returns a transport like http.DefaultTransport, which other code may have
// changed, but for the node.
func (n *Node) transport() *http.Transport {
	return &http.Transport{
		DialContext:           n.Dial,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// An idler keeps idle connections.
type idler interface{ CloseIdleConnections() }

// idlers are the HTTP transports of a lab's nodes. As an interface they don't link
// net/http into programs that don't use it.
type idlers struct {
	mu     sync.Mutex
	byNode map[string]idler
}

// forNode returns the idler of a node, which it makes if there is none.
func (i *idlers) forNode(node string, make func() idler) idler {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.byNode == nil {
		i.byNode = map[string]idler{}
	}
	if i.byNode[node] == nil {
		i.byNode[node] = make()
	}
	return i.byNode[node]
}

func (i *idlers) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, one := range i.byNode {
		one.CloseIdleConnections()
	}
}
