"""Rules mined from data (规则森林): a short list that a credit officer understands and a statistician accepts."""
