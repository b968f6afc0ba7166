package cli

import (
	"context"
	"errors"
)

func (p *program) watch(ctx context.Context, args []string, o testOptions) error {
	return errors.New("todo")
}
