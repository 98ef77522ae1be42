"""Trains the network of digits, and writes it with 100 digits that it has not seen.

Run in a folder of its own, with `pip install tensorflow scikit-learn`:

    python digits.py

writes `digits.tflite`, `digits.npy` (100 x 64 signed bytes) and `digits-labels.csv` (a digit a line), and says how many
of the 360 digits that were held out are right. The digits are scikit-learn's (8 x 8 pixels of 0 to 16).
"""

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

tf.keras.utils.set_random_seed(1)
tf.config.experimental.enable_op_determinism()

digits = load_digits()
images = (digits.images / 16.0).astype(np.float32)[..., np.newaxis]
train, test, train_labels, test_labels = train_test_split(
    images, digits.target, test_size=360, random_state=1, stratify=digits.target
)

network = tf.keras.Sequential(
    [
        tf.keras.layers.Input((8, 8, 1), batch_size=1),
        tf.keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
        tf.keras.layers.DepthwiseConv2D(3, strides=2, padding="same", activation="relu"),
        tf.keras.layers.Conv2D(32, 1, activation="relu6"),
        tf.keras.layers.Conv2D(32, 3, activation="relu"),
        tf.keras.layers.AveragePooling2D(2),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
network.compile(
    optimizer=tf.keras.optimizers.Adam(3e-3),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
network.fit(train, train_labels, epochs=60, batch_size=32, verbose=2)

converter = tf.lite.TFLiteConverter.from_keras_model(network)
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = lambda: ([image[np.newaxis]] for image in train[:300])
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = tf.int8
converter.inference_output_type = tf.int8
file = converter.convert()
open("digits.tflite", "wb").write(file)

interpreter = tf.lite.Interpreter(model_content=file)
interpreter.allocate_tensors()
given, wanted = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
scale, zero = given["quantization"]
inputs = np.clip(np.round(test / scale + zero), -128, 127).astype(np.int8)
right = 0
for image, label in zip(inputs, test_labels):
    interpreter.set_tensor(given["index"], image[np.newaxis])
    interpreter.invoke()
    right += int(interpreter.get_tensor(wanted["index"]).argmax() == label)
print(f"{right} of {len(test_labels)} digits right, {len(file)} bytes")

np.save("digits.npy", inputs[:100].reshape(100, 64))
np.savetxt("digits-labels.csv", test_labels[:100], fmt="%d")
