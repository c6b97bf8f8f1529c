"""The library (一库): contracts, intake with quarantine, the versioned lake."""
