package hostmap

import (
	"slices"

	"github.com/vethlab/vethlab/internal/escape"
)

// A Container is a running container.
type Container struct {
	Engine string   `json:"engine"`
	ID     string   `json:"id"` // the engine's full ID
	Name   string   `json:"name,omitempty"`
	Image  string   `json:"image,omitempty"`
	PID    int      `json:"pid,omitempty"` // of its first process
	Why    []string `json:"why"`           // the sources: "by cgroup", "by Docker's files", …

	Pod          string `json:"pod,omitempty"`           // of Kubernetes or Podman
	PodNamespace string `json:"pod_namespace,omitempty"` // of Kubernetes
	Infra        bool   `json:"infra,omitempty"`         // a pause container, which only holds the pod's namespaces

	Lab     string `json:"lab,omitempty"`     // of containerlab
	Node    string `json:"node,omitempty"`    // of that lab
	Project string `json:"project,omitempty"` // of Compose
	Service string `json:"service,omitempty"` // of that project

	Networks []Network `json:"networks,omitempty"`

	// ClaimedBy is the user whose files or processes are the source, if neither root
	// nor the viewer, so that it may be false: "user 1001", "group 100", "any user".
	ClaimedBy string `json:"claimed_by,omitempty"`

	netns  string // the file of its namespace; "": not known
	root   string // the root of that file's path, see evidence.root
	shares string // the ID of the container in whose namespace it runs
}

// A Network is one that an engine connects a container to.
type Network struct {
	Name   string `json:"name"`
	ID     string `json:"id,omitempty"`
	Bridge string `json:"bridge,omitempty"` // "" if the engine does not name it
}

// The sources of a name.
const (
	byCgroup  = "by cgroup"
	byProcess = "by its processes"
	byMark    = "by its mark"
	byFile    = "by its file"
	byCNI     = "by CNI's cache"
)

// bareContainer returns a container known only by the ID in its cgroup.
func bareContainer(engine, id string, pid int, by string) Container {
	return Container{Engine: engine, ID: id, PID: pid, Why: []string{byCgroup}, ClaimedBy: by}
}

// setClaim sets ClaimedBy if a source belongs to another user.
func (c *Container) setClaim(by string) {
	if c.ClaimedBy == "" {
		c.ClaimedBy = by
	}
}

// clean escapes and shortens the names that an engine gives, so that each fits into a
// line.
func (c *Container) clean() {
	for _, s := range []*string{&c.ID, &c.Name, &c.Image, &c.Pod, &c.PodNamespace, &c.Lab, &c.Node, &c.Project, &c.Service, &c.Engine} {
		*s = escape.Name(*s)
	}
	c.Networks = c.Networks[:min(len(c.Networks), maxNetworks)]
	for i := range c.Networks {
		n := &c.Networks[i]
		n.Name, n.ID, n.Bridge = escape.Name(n.Name), escape.Name(n.ID), escape.Name(n.Bridge)
	}
}

// maxNetworks bounds how many networks of a container are listed.
const maxNetworks = 256

// merge adds the fields of another source of the same container; known fields stay.
func (c *Container) merge(o Container) {
	keep := func(a *string, b string) {
		if *a == "" {
			*a = b
		}
	}
	keep(&c.Name, o.Name)
	keep(&c.Image, o.Image)
	keep(&c.Pod, o.Pod)
	keep(&c.PodNamespace, o.PodNamespace)
	keep(&c.Lab, o.Lab)
	keep(&c.Node, o.Node)
	keep(&c.Project, o.Project)
	keep(&c.Service, o.Service)
	keep(&c.shares, o.shares)
	if c.netns == "" {
		c.netns, c.root = o.netns, o.root
	}
	if c.PID == 0 {
		c.PID = o.PID
	}
	c.Infra = c.Infra || o.Infra
	for _, n := range o.Networks {
		if !slices.ContainsFunc(c.Networks, func(known Network) bool { return known.Name == n.Name }) {
			c.Networks = append(c.Networks, n)
		}
	}
	for _, w := range o.Why {
		if !slices.Contains(c.Why, w) {
			c.Why = append(c.Why, w)
		}
	}
}

// shortID is an ID as engines print it.
func shortID(id string) string { return id[:min(len(id), 12)] }

// title returns the pod's name for a part of a pod, else the name or short ID.
func (c Container) title() string {
	switch {
	case c.Pod != "" && c.PodNamespace != "":
		return c.PodNamespace + "/" + c.Pod
	case c.Pod != "":
		return c.Pod
	case c.Name != "":
		return c.Name
	}
	return shortID(c.ID)
}
