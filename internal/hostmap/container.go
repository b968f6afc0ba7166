package hostmap

import (
	"slices"

	"github.com/vethlab/vethlab/internal/escape"
)

// A Container is one that runs.
type Container struct {
	Engine string   `json:"engine"`
	ID     string   `json:"id"` // the engine's, as long as it has it
	Name   string   `json:"name,omitempty"`
	Image  string   `json:"image,omitempty"`
	PID    int      `json:"pid,omitempty"` // of its first process
	Why    []string `json:"why"`           // what tells this: "by cgroup", "by Docker's files", …

	Pod          string `json:"pod,omitempty"`           // that it is a part of
	PodNamespace string `json:"pod_namespace,omitempty"` // of Kubernetes
	Infra        bool   `json:"infra,omitempty"`         // it is there only to hold the pod's namespaces

	Lab     string `json:"lab,omitempty"`     // of containerlab
	Node    string `json:"node,omitempty"`    // of that lab
	Project string `json:"project,omitempty"` // of Compose
	Service string `json:"service,omitempty"` // of that project

	Networks []Network `json:"networks,omitempty"`

	// ClaimedBy is who says all this, if that is neither root nor the viewer, and
	// so may be a lie: "user 1001", "group 100", "any user".
	ClaimedBy string `json:"claimed_by,omitempty"`

	netns  string // the file of its namespace; "": not known
	root   string // of the file tree in which that file is, see evidence.root
	shares string // the ID of the container in whose namespace it is
}

// A Network is one that an engine connects a container to.
type Network struct {
	Name   string `json:"name"`
	ID     string `json:"id,omitempty"`
	Bridge string `json:"bridge,omitempty"` // as far as the engine says
}

// The reasons to believe a name.
const (
	byCgroup  = "by cgroup"
	byProcess = "by its processes"
	byMark    = "by its mark"
	byFile    = "by its file"
	byCNI     = "by CNI's cache"
)

// bare returns a container of which but the ID is known, by its cgroup.
func bareContainer(engine, id string, pid int, by string) Container {
	return Container{Engine: engine, ID: id, PID: pid, Why: []string{byCgroup}, ClaimedBy: by}
}

// says notes that some of what is known of a container is on a stranger's word.
func (c *Container) says(by string) {
	if c.ClaimedBy == "" {
		c.ClaimedBy = by
	}
}

// clean makes what an engine calls a container fit into a line.
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

// merge adds what another source says of the same container. What is known
// stays.
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
		if !slices.ContainsFunc(c.Networks, func(have Network) bool { return have.Name == n.Name }) {
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

// title returns what people call it: a part of a pod by the pod.
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
