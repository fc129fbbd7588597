//! Dumps as the programs print them, of bytes of our own.
