package netns

import (
	"errors"
	"fmt"
	"time"
)

// A TimeoutError says that a program did not end within its limit, and was killed.
type TimeoutError struct{ Limit time.Duration }

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("the program there did not end within %v", e.Limit.Round(100*time.Millisecond))
}

// ErrInterrupted says that a program with a limit did not end after a signal was forwarded to
// it, and was killed.
var ErrInterrupted = errors.New("interrupted")
