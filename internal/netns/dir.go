package netns

// Dir is the folder of named network namespaces (ip-netns(8)).
const Dir = "/run/netns"

// Host is the name of the host namespace: the one this program was started in.
const Host = ""
