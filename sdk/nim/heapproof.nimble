version = "1.0.0"
author = "The authors of heapproof"
description = "Puts a heap in Nim under proof by heapproof: speaks its protocol"
license = "MIT OR Apache-2.0"
skipDirs = @["examples"]

requires "nim >= 1.6.0"
