package hostmap

import (
	"encoding/json"
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// cniNetwork holds the used fields of the configuration of a CNI network, a file
// *.conflist (CNI specification, "Network configuration format").
type cniNetwork struct {
	Name    string `json:"name"`
	Plugins []struct {
		Bridge string `json:"bridge"` // of plugins of the type bridge
	} `json:"plugins"`
}

// addTo adds the network's name by its bridges.
func (n *cniNetwork) addTo(names map[string]string) {
	for _, p := range n.Plugins {
		if p.Bridge != "" && n.Name != "" {
			names[p.Bridge] = escape.Name(n.Name)
		}
	}
}

// cniNetworks adds the names of CNI networks by their bridges: networks in the default
// configuration folders of engines (also Podman's without netavark), and networks with
// a cached result, whose configuration may be in any folder.
func (e *evidence) cniNetworks(names map[string]string) {
	for _, dir := range []string{"/etc/cni/net.d", "/etc/containers/networks", "/run/containers/networks"} {
		files, _ := e.list(origin{}, dir)
		for _, file := range files {
			var n cniNetwork
			if !strings.HasSuffix(file, ".conflist") {
				continue
			}
			if by, ok := e.json(origin{}, dir+"/"+file, &n); ok && by == "" {
				n.addTo(names)
			}
		}
	}
	files, _ := e.list(origin{}, cniResults)
	for _, file := range files {
		var r struct {
			Kind   string `json:"kind"`
			Config []byte `json:"config"` // a cniNetwork, in base64
		}
		var n cniNetwork
		by, ok := e.json(origin{}, cniResults+"/"+file, &r)
		if ok && by == "" && r.Kind == cniResultKind && json.Unmarshal(r.Config, &n) == nil {
			n.addTo(names)
		}
	}
}
