"""CNN-RNN: labels said one after the other, each given the picture and those before.

Source: Wang, Yang, Mao, Huang, Huang, Xu, CNN-RNN: A Unified Framework for Multi-label Image Classification
(CVPR 2016).
"""
