import Templates
import Testing
