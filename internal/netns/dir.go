package netns

// Dir is where the named namespaces of a machine are (ip-netns(8)).
const Dir = "/run/netns"

// Host is the name that stands for the machine's own namespace: the one this
// program was started in.
const Host = ""
