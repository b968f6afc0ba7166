// Package feature finds out what this kernel lets this user do. `vethlab doctor`,
// tests that skip for missing features and the hints of errors use it.
//
// # Trying
//
// What works depends on the kernel's version, its configuration, the modules on
// disk, the user's rights and the sysctls and filters that bound them. So each
// [Feature] is tried: the link is made, the rule is added, the program is loaded,
// in a namespace that is deleted afterwards. Answers are cached until the program
// ends. All functions are safe for concurrent use.
//
// Modules that the kernel loads for a try stay loaded. A module that would add links
// to the host namespace, such as bonding with its bond0, is never loaded: the feature
// counts as present if the module is on disk.
//
// # Where
//
// As root, threads of this program try features. Otherwise this program re-executes
// itself in a sandbox, where the user's labs run too, and tries them there. For that
// its main calls [Child] right after sandbox.Main:
//
//	if role := sandbox.Main(); role.Over() || feature.Child() {
//		return
//	}
//
// A program that does not call it is never re-executed: without root its answers say
// that nothing could be tried.
package feature
