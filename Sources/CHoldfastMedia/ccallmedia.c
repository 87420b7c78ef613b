// Replaced by the media shim.
