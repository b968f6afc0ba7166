package netns

// An Identity tells a namespace from all others that live at the same time. Once
// it is gone another may get its Inode, but never its Cookie.
type Identity struct {
	Device, Inode uint64 // of the file that stands for it
	Cookie        uint64 // 0: the kernel does not tell (before 6.18)
}
