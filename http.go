package vethlab

import (
	"net/http"
	"sync"
	"time"
)

// HTTPClient returns an HTTP client that connects from inside the node; the names
// of nodes lead to them: "http://b:8080/". It knows no proxy. The clients of a
// node share their connections, and [Lab.Down] closes those that are not in use.
func (n *Node) HTTPClient() *http.Client {
	keep := func() idler { return n.transport() }
	return &http.Client{Transport: n.lab.idle.forNode(n.name, keep).(*http.Transport)}
}

// transport returns what http.DefaultTransport is, which others may have changed,
// but inside the node.
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

// An idler keeps connections open that are not in use.
type idler interface{ CloseIdleConnections() }

// idlers are those of a lab's nodes. They are of package net/http, but it is not
// named here, so that a program that has no use for it does not contain it.
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
