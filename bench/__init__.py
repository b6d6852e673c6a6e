"""The benchmarks: this bot and a stock Rasa form of as many questions, one after the other on the same machine."""
