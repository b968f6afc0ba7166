package hostmap

import (
	"encoding/base64"
	"maps"
	"testing"
)

// The networks of Podman with either back end, and of CNI, are found by their bridges:
// in the default configuration folders, and in cached results, which hold their
// configuration.
func TestNetworks(t *testing.T) {
	cachedConfig := base64.StdEncoding.EncodeToString([]byte(`{"name":"mine","plugins":[{"type":"bridge","bridge":"br-mine"}]}`))
	e := &evidence{files: machine(t, `
-- etc/containers/networks/front.json --
{"name":"front","network_interface":"podman1"}
-- etc/cni/net.d/87-podman-bridge.conflist --
{"cniVersion":"0.4.0","name":"podman","plugins":[{"type":"bridge","bridge":"cni-podman0","isGateway":true},{"type":"portmap"}]}
-- run/containers/networks/backend.conflist --
{"name":"backend","plugins":[{"type":"bridge","bridge":"cni-podman1"}]}
-- etc/cni/net.d/flat.conflist --
{"name":"flat","plugins":[{"type":"macvlan","master":"eth0"}]}
-- etc/cni/net.d/broken.conflist --
{"name":"broken","plugins":{}}
-- etc/cni/net.d/readme.txt --
{"name":"readme","plugins":[{"bridge":"br-readme"}]}
-- var/lib/cni/results/mine-job7-eth0 --
{"kind":"cniCacheV1","containerId":"job7","ifName":"eth0","networkName":"mine","config":"`+cachedConfig+`"}
-- var/lib/cni/results/odd-job8-eth0 --
{"kind":"cniCacheV1","containerId":"job8","ifName":"eth0","networkName":"odd","config":"bm90IEpTT04="}
`)}
	want := map[string]string{"podman1": "front", "cni-podman0": "podman", "cni-podman1": "backend", "br-mine": "mine"}
	if got := e.podmanNetworks(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
