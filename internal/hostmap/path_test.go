package hostmap

import "testing"

func TestPath(t *testing.T) {
	for want, ns := range map[string]Namespace{
		"/proc/self/ns/net":        {Host: true, Processes: []Process{{PID: 1}}},
		"/run/netns/a":             {Files: []File{{Path: "/run/netns/a"}}, Processes: []Process{{PID: 7}}},
		"/proc/8/root/run/netns/a": {Files: []File{{Path: "/run/netns/a", PID: 8}}},
		"/proc/7/ns/net":           {Processes: []Process{{PID: 7}}, Holders: []Holder{{PID: 9, What: "thread"}}},
		"/proc/9/task/10/ns/net":   {Holders: []Holder{{PID: 3, What: "socket"}, {PID: 9, What: "thread", Number: 10}}},
		"/proc/9/fd/5":             {Holders: []Holder{{PID: 9, What: "descriptor", Number: 5}}},
		"":                         {Holders: []Holder{{PID: 9, What: "socket"}}},
	} {
		if got := ns.Path(); got != want {
			t.Errorf("%+v: %q, want %q", ns, got, want)
		}
	}
}
