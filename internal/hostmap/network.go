package hostmap

import "strings"

// podmanNetworks returns the names of Podman's networks by their bridges, as its
// files say (netavark; /etc/containers/networks is an administrator's).
func (e *evidence) podmanNetworks() map[string]string {
	names := map[string]string{}
	for _, dir := range []string{"/etc/containers/networks", "/run/containers/networks"} {
		for _, file := range e.list("", dir) {
			var n struct {
				Name      string `json:"name"`
				Interface string `json:"network_interface"`
			}
			if strings.HasSuffix(file, ".json") && e.json("", dir+"/"+file, &n) && n.Interface != "" {
				names[n.Interface] = n.Name
			}
		}
	}
	return names
}
