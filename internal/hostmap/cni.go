package hostmap

// cniResults is the folder of libcni's cache of results; cniResultKind is the kind of
// entries with the layout of [cniResult].
const (
	cniResults    = "/var/lib/cni/results"
	cniResultKind = "cniCacheV1"
)

// cniResult is an entry of that cache.
type cniResult struct {
	Kind        string      `json:"kind"`
	ContainerID string      `json:"containerId"`
	IfName      string      `json:"ifName"`
	NetworkName string      `json:"networkName"`
	Netns       string      `json:"netns"`
	Args        [][2]string `json:"cniArgs"`
}

// cni finds the containers that CNI has connected: pods of Kubernetes under any
// runtime, and containers of nerdctl and others.
func cni(e *evidence) []Container {
	var all []Container
	names, _ := e.list(origin{}, cniResults)
	for _, name := range names {
		var r cniResult
		by, ok := e.json(origin{}, cniResults+"/"+name, &r)
		if !ok || r.Kind != cniResultKind || r.ContainerID == "" {
			continue
		}
		c := Container{Engine: "cni", ID: r.ContainerID, netns: r.Netns, Why: []string{byCNI}, ClaimedBy: by}
		c.Networks = []Network{{Name: r.NetworkName}}
		for _, arg := range r.Args {
			switch arg[0] {
			case "K8S_POD_NAME":
				c.Pod = arg[1]
			case "K8S_POD_NAMESPACE":
				c.PodNamespace = arg[1]
			}
		}
		all = append(all, c)
	}
	return all
}
