package hostmap

import (
	"strings"

	"github.com/vethlab/vethlab/internal/escape"
)

// podmanNetworks returns the names of Podman's networks by their bridges, from the
// files of netavark and CNI.
func (e *evidence) podmanNetworks() map[string]string {
	names := map[string]string{}
	for _, dir := range []string{"/etc/containers/networks", "/run/containers/networks"} {
		files, _ := e.list(origin{}, dir)
		for _, file := range files {
			var n struct {
				Name      string `json:"name"`
				Interface string `json:"network_interface"`
			}
			if !strings.HasSuffix(file, ".json") {
				continue
			}
			if by, ok := e.json(origin{}, dir+"/"+file, &n); ok && by == "" && n.Interface != "" {
				names[n.Interface] = escape.Name(n.Name)
			}
		}
	}
	e.cniNetworks(names)
	return names
}
