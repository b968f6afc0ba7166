package netns

// An Identity is unique among the existing namespaces. After a namespace is deleted
// another may get its Inode, but never its Cookie.
type Identity struct {
	Device, Inode uint64 // of its file on nsfs
	Cookie        uint64 // NS_GET_ID; 0 before Linux 6.18
}
