package draw

var TwoBridges = twoBridges
