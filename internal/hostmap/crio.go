package hostmap

// The annotations that CRI-O writes into config.json.
const (
	crioPod     = "io.kubernetes.pod.name"
	crioPodNS   = "io.kubernetes.pod.namespace"
	crioName    = "io.kubernetes.container.name"
	crioType    = "io.kubernetes.cri-o.ContainerType"
	crioSandbox = "io.kubernetes.cri-o.SandboxID"
	crioImage   = "io.kubernetes.cri-o.ImageName"
)

// crioBundles is the parent of the folders of CRI-O's running containers.
const crioBundles = "/run/containers/storage/overlay-containers"

// crio finds the containers of CRI-O: by conmon, which it uses as Podman does,
// or by their cgroups.
func crio(e *evidence) []Container {
	var all []Container
	for _, p := range e.processes {
		if c, bundle, ok := e.conmon(p); ok && e.crioFiles(&c, bundle) {
			all = append(all, c)
		}
	}
	for _, c := range cgroups(e) {
		if c.Engine == "cri-o" {
			e.crioFiles(&c, crioBundles+"/"+c.ID+"/userdata")
			all = append(all, c)
		}
	}
	return all
}

// isCRIO reports whether a container's folder is one of CRI-O's.
func (e *evidence) isCRIO(from origin, bundle string) bool {
	var config ociConfig
	_, ok := e.json(from, bundle+"/config.json", &config)
	return ok && config.Annotations[crioType] != ""
}

// crioFiles sets the fields that config.json gives, and reports whether it is CRI-O's.
func (e *evidence) crioFiles(c *Container, bundle string) bool {
	var config ociConfig
	by, ok := e.json(c.origin(), bundle+"/config.json", &config)
	if !ok || config.Annotations[crioType] == "" {
		return false
	}
	c.setClaim(by)
	a := config.Annotations
	c.Engine = "cri-o"
	c.Pod, c.PodNamespace, c.Name = a[crioPod], a[crioPodNS], a[crioName]
	c.Image, c.netns = a[crioImage], config.netns()
	c.Infra = a[crioType] == "sandbox"
	if c.shares = a[crioSandbox]; c.shares == c.ID {
		c.shares = ""
	}
	c.Why = append(c.Why, "by CRI-O's files")
	return true
}
