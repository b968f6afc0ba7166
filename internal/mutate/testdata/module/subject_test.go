package subject

import "testing"

func TestGrade(t *testing.T) {
	for _, c := range []struct {
		n    int
		loud bool
		want level
		fail bool
	}{
		{0, false, 5, false}, {10, false, 75, false}, {-1, false, 0, true}, {11, false, 0, true}, {3, true, 40, false}, {3, false, 26, false}, {4, true, 33, false},
	} {
		if got, err := grade(c.n, c.loud); got != c.want || err != nil != c.fail {
			t.Errorf("%v: %d, %v", c, got, err)
		}
	}
}

func TestFailsWithoutMutant(t *testing.T) {
	t.Fatal("a test that fails without a mutant is not run")
}
