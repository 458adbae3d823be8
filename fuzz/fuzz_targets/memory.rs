#![no_main]
heapproof_fuzz::target!(Memory);
