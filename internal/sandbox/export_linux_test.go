package sandbox

// Holder returns the PID of the holder process.
func (b *Box) Holder() int { return b.pid }

// DropFilePages calls dropFilePages.
func DropFilePages() { dropFilePages() }
