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
	create := func() idleCloser { return n.transport() }
	return &http.Client{Transport: n.lab.transports.ofNode(n.name, create).(*http.Transport)}
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

// An idleCloser is an [http.Transport], as an interface that does not link net/http into
// programs that don't use it.
type idleCloser interface{ CloseIdleConnections() }

// transports are the HTTP transports of a lab's nodes.
type transports struct {
	mu     sync.Mutex
	byNode map[string]idleCloser
}

// ofNode returns the transport of a node, which it creates if there is none.
func (t *transports) ofNode(node string, create func() idleCloser) idleCloser {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byNode == nil {
		t.byNode = map[string]idleCloser{}
	}
	if t.byNode[node] == nil {
		t.byNode[node] = create()
	}
	return t.byNode[node]
}

// closeIdle closes the connections that no request uses.
func (t *transports) closeIdle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, transport := range t.byNode {
		transport.CloseIdleConnections()
	}
}
