package dump

// KernelMade has the attributes that no user configures, with the reasons.
var KernelMade = kernelMade
