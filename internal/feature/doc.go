// Package feature knows what this kernel, and this user on it, can do. It is
// behind `vethlab doctor`, behind tests that skip by what is missing, and behind
// the advice that errors give.
//
// # Trying
//
// What works depends on the kernel's version, its configuration, the modules on
// disk, the user's rights and the sysctls and filters that bound them. So each
// [Feature] is tried: the link is made, the rule is added, the program is loaded,
// in a namespace that is gone afterwards. Answers are kept as long as the program
// runs, so trying costs once; any goroutine may ask.
//
// What stays of trying are modules that the kernel has loaded. A module whose
// loading would add links to the machine itself, such as bonding with its bond0,
// is never loaded for that: if it is on disk that is the answer.
//
// # Where
//
// Who can make labs on the machine itself has features tried by threads of this
// very program. For others they are tried where their labs will be, in a sandbox:
// this program is started once more in there. For that its main calls [Child]
// after sandbox.Main, before anything else:
//
//	if role := sandbox.Main(); role.Over() || feature.Child() {
//		return
//	}
//
// A program that does not is never started again: for ordinary users its answers
// say that nothing could be tried.
package feature
