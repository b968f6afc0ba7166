package hostmap

import (
	"path"
	"strings"
)

// The annotations that containerd's CRI plugin and nerdctl write.
const (
	criPod     = "io.kubernetes.cri.sandbox-name"
	criPodNS   = "io.kubernetes.cri.sandbox-namespace"
	criName    = "io.kubernetes.cri.container-name"
	criType    = "io.kubernetes.cri.container-type"
	criSandbox = "io.kubernetes.cri.sandbox-id"
	criImage   = "io.kubernetes.cri.image-name"
	nerdctlCtr = "nerdctl/name"
)

// containerdTasks is the folder in which containerd has a folder for each running task.
const containerdTasks = "/run/containerd/io.containerd.runtime.v2.task"

// dockers is the containerd namespace of Docker's containers. Their names are in
// Docker's own files.
const dockers = "moby"

// containerd finds the containers of containerd, Kubernetes' pods included, by their
// shim processes and in its folder of tasks.
func containerd(e *evidence) []Container {
	var all []Container
	for _, p := range e.processes {
		namespace, id := option(p.Args, "-namespace"), option(p.Args, "-id")
		if !strings.HasPrefix(p.program(), "containerd-shim") || id == "" {
			continue
		}
		c := Container{Engine: "containerd", ID: id, PID: e.child(p.PID), Why: []string{byProcess}, root: e.root(p), ClaimedBy: p.Untrusted}
		if namespace == dockers {
			c.Engine = "docker"
			all = append(all, c)
			continue
		}
		e.containerdFiles(&c, e.task(p, namespace, id))
		all = append(all, c)
	}
	namespaces, _ := e.list(origin{}, containerdTasks)
	for _, namespace := range namespaces {
		if namespace == dockers {
			continue
		}
		ids, _ := e.list(origin{}, containerdTasks+"/"+namespace)
		for _, id := range ids {
			c := Container{Engine: "containerd", ID: id}
			if e.containerdFiles(&c, path.Join(containerdTasks, namespace, id)) {
				all = append(all, c)
			}
		}
	}
	return all
}

// task returns the folder of a container's task: the working directory of its shim,
// else the default.
func (e *evidence) task(shim Process, namespace, id string) string {
	if dir := e.files.link("proc/" + itoa(shim.PID) + "/cwd"); path.Base(dir) == id {
		return dir
	}
	return path.Join(containerdTasks, namespace, id)
}

// containerdFiles sets the fields that config.json gives, and reports whether it exists.
func (e *evidence) containerdFiles(c *Container, dir string) bool {
	var config ociConfig
	by, ok := e.json(c.origin(), dir+"/config.json", &config)
	if !ok {
		return false
	}
	c.setClaim(by)
	a := config.Annotations
	c.netns = config.netns()
	c.Pod, c.PodNamespace = a[criPod], a[criPodNS]
	c.Image = a[criImage]
	c.Infra = a[criType] == "sandbox"
	c.shares = a[criSandbox]
	if c.shares == c.ID {
		c.shares = ""
	}
	switch {
	case a[criName] != "":
		c.Name = a[criName]
	case a[nerdctlCtr] != "":
		c.Name = a[nerdctlCtr]
	}
	c.Why = append(c.Why, "by containerd's files")
	return true
}

// nerdctl finds names given by nerdctl: each is a file that contains the ID.
func nerdctl(e *evidence) []Container {
	const data = "/var/lib/nerdctl"
	var all []Container
	stores, _ := e.list(origin{}, data)
	for _, store := range stores {
		namespaces, _ := e.list(origin{}, path.Join(data, store, "names"))
		for _, namespace := range namespaces {
			names, _ := e.list(origin{}, path.Join(data, store, "names", namespace))
			for _, name := range names {
				all = append(all, e.nerdctlName(path.Join(data, store, "names", namespace), namespace, name)...)
			}
		}
	}
	return all
}

// nerdctlName returns the container of a name, if it runs.
func (e *evidence) nerdctlName(dir, namespace, name string) []Container {
	text, by := e.read(origin{}, path.Join(dir, name))
	id := strings.TrimSpace(string(text))
	if !isID(id) || !e.runs(namespace, id) {
		return nil
	}
	return []Container{{Engine: "containerd", ID: id, Name: name, Why: []string{"by nerdctl's files"}, ClaimedBy: by}}
}

// runs reports whether containerd has a task for a container.
func (e *evidence) runs(namespace, id string) bool {
	files, _ := e.list(origin{}, path.Join(containerdTasks, namespace, id))
	return len(files) > 0
}
