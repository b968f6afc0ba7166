package hostmap

import (
	"os/user"
	"strconv"
	"sync"
)

// users is a cache of user names by UID.
type users struct {
	mu    sync.Mutex
	known map[int]string
}

func newUsers() *users { return &users{known: map[int]string{}} }

// name returns a user's name, "" if unknown.
func (u *users) name(uid int) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	name, ok := u.known[uid]
	if !ok {
		if found, err := user.LookupId(strconv.Itoa(uid)); err == nil {
			name = found.Username
		}
		u.known[uid] = name
	}
	return name
}
